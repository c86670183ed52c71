/** Whether the local CA is trusted, store by store, and by a real handshake. */
import { check, type Fault } from '../check.ts';

interface Untrusted extends Fault {
  /** Id of the store; undefined for what no store of ours explains. */
  store?: string;
  /** What makes the store available. */
  fix?: string;
}

export const trust = check<Untrusted>({
  id: 'trust',
  title: 'Trust',
  skip: ({ certificates }) => (certificates().root.exists ? undefined : 'No local CA has been made yet.'),
  async examine(deps) {
    const [stores, isVerified] = await Promise.all([deps.trustStores(), deps.trustVerified()]);
    const faults = stores.flatMap(({ id, name, state, detail, fix }): Untrusted[] => {
      if (state === 'trusted') return [];
      if (state === 'unavailable')
        return fix === undefined ? [] : [{ status: 'warning', message: `${name}: ${detail}`, fix }];
      const what = state === 'otherRoot' ? 'trusts a former root of ours only' : 'does not trust the local CA';
      return [
        { status: 'warning', store: id, message: `${name} ${what}, so https pages look unsafe there. ${detail}` },
      ];
    });
    const isInSystem = stores.some(({ id, state }) => id === 'system' && state === 'trusted');
    if (isInSystem && isVerified === false)
      faults.push({
        status: 'bad',
        message: 'The system store has the local CA, and yet curl does not believe our certificate.',
        store: 'system',
      });
    return faults.length > 0 ? faults : 'The local CA is trusted in every store that is here.';
  },
  remedy({ store, fix }) {
    if (store === undefined) return { title: fix ?? 'Look at the trust matrix.' };
    return {
      title: 'Trust the local CA there.',
      line: `mogoly trust install --store '${store}'`,
      action: { kind: 'trust.install', store },
    };
  },
});
