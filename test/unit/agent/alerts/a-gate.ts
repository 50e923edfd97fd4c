import { AlertGate, type GateDeps } from '../../../../agent/alerts/alert-gate';
import type { PostedAlert } from '../../../../lib/contract/documents/alerts';

/** An alert that fires for a minute. */
export const alert = (name: string): PostedAlert => ({
  labels: { alertname: name },
  startsAt: new Date().toISOString(),
  endsAt: new Date(Date.now() + 60_000).toISOString(),
});

/** A gate that may tell everything, at once. */
export const gateWith = (over: Partial<GateDeps> = {}): AlertGate =>
  new AlertGate({
    alertLifeMs: 60_000,
    peerTimeoutMs: 0,
    mayNotify: async () => true,
    notifies: () => true,
    log: () => {},
    ...over,
  });
