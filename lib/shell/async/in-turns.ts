import { setImmediate } from 'node:timers/promises';
import type { DocumentFormat } from '../../contract/document';
import { listSlices, type ListPlace } from '../../contract/list-slices';

/**
 * Parses a document that is mostly one long list and hands over each part of it, for what else this process does goes on in between:
 * thousands of alerts in one go are a third of a second in which an agent answers nobody. @throws UserError as `parse` does, then
 * maybe after some parts
 */
export async function parseInTurns<T>(
  format: DocumentFormat<T>,
  text: string,
  where: string,
  take: (part: T) => void,
  place?: ListPlace,
): Promise<void> {
  for (const slice of listSlices(text, place)) {
    take(format.parse(slice, where));
    await setImmediate();
  }
}

/** Of the items that are worked on at once: some milliseconds. */
const PART = 500;

/** Does with a long list, some at a time, what takes its time: what else this process does goes on in between. */
export async function inTurns<T>(items: readonly T[], work: (part: readonly T[]) => void): Promise<void> {
  for (let i = 0; i < items.length; i += PART) {
    work(items.slice(i, i + PART));
    await setImmediate();
  }
}
