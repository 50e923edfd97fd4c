const ASKS_AWS = /\b((aws|ec2|ecs|elasticache|lightsail|msk|rds)_sd_configs|sigv4|sns_configs)\b/;

/**
 * Whether a prometheus.yml or alertmanager.yml may have its program ask AWS with the role of the node (docs/bring-your-own.md). By words
 * alone, which may stand in a comment: one that is let too much works, one that is let too little does not.
 */
export const usesRole = (text: string): boolean => ASKS_AWS.test(text);
