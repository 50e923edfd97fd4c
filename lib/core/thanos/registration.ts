/** What Cloud Map says of the last registration that it was asked for; null: none is under way. */
export interface RegistrationOperation {
  /** SUBMITTED, PENDING, SUCCESS or FAIL. */
  readonly status: string;
  readonly message: string | null;
}

export interface RegistrationSituation {
  /** Where this node is. */
  readonly address: string;
  /** Where Cloud Map has it; null: it does not know it. */
  readonly registered: string | null;
  readonly operation: RegistrationOperation | null;
}

export type RegistrationStep =
  | { readonly do: 'nothing' | 'wait' | 'register' }
  /** Asked for once more, and people are told. */
  | { readonly do: 'register-again'; readonly because: string };

/**
 * Whether a node has to register. Only where Cloud Map has it elsewhere or not at all: each registration is a change of
 * Route 53, which takes five requests a second of a whole account.
 */
export function nextRegistration({ address, registered, operation }: RegistrationSituation): RegistrationStep {
  if (operation !== null && ['SUBMITTED', 'PENDING'].includes(operation.status)) return { do: 'wait' };
  if (operation?.status === 'FAIL') {
    return { do: 'register-again', because: operation.message ?? 'Cloud Map did not say why it failed' };
  }
  return { do: registered === address ? 'nothing' : 'register' };
}
