import type { Assignment, KnownPause } from '../../contract/documents/assignment';

export function pauseOf(assignment: Assignment | null): KnownPause | null {
  if (assignment === null || assignment.paused === null) return null;
  return { active: assignment.active, paused: assignment.paused };
}
