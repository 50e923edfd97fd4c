import { inOneLine, isUnusableObject } from '../../contract/errors';

/**
 * What was read; null where what lies there cannot be used, of which `says` hears in one line: one bad object hides nothing
 * else. @throws when it could not be read
 */
export async function ifUsable<T>(reading: Promise<T>, says: (line: string) => void): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (!isUnusableObject(error)) throw error;
    says(inOneLine(error));
    return null;
  }
}
