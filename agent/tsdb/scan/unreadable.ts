/** What could not be read, by path: the system's error code. */
export type Unreadable = Map<string, string>;

/** The system's errors that say something about the volume; others are ours and must be heard. */
const VOLUME_ERRORS = ['EIO', 'EACCES', 'EPERM', 'EROFS', 'ENODEV', 'ENXIO', 'ESTALE', 'EUCLEAN', 'EBADMSG'];

/** An unreadable file is an observation, not the end of a pass. */
export async function tolerating<T>(path: string, unreadable: Unreadable, read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!VOLUME_ERRORS.includes(code)) throw error;
    unreadable.set(path, code);
    return null;
  }
}
