/**
 * What is scraped. normal: as configured. reduced: without the series that the user marked as droppable. Neither changes an
 * interval or a rule.
 */
export const PROFILES = ['normal', 'reduced'] as const;

export type ScrapeProfile = (typeof PROFILES)[number];
