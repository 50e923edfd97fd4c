import type { FuzzTarget } from '../target';
import { ANSWER_TARGETS } from './answers';
import { DOCUMENT_TARGETS } from './documents';
import { FILE_TARGETS } from './files';
import { MOVING_TARGETS } from './moving';
import { TEXT_TARGETS } from './texts';

/** Every parser of what others say. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  ...DOCUMENT_TARGETS,
  ...ANSWER_TARGETS,
  ...FILE_TARGETS,
  ...MOVING_TARGETS,
  ...TEXT_TARGETS,
];
