// The web shell's token: it arrives in the address's fragment, which browsers do not send over the network,
// and lives on in the tab's session storage, so that reloading works and the address shows no secret.

const storageKey = 'elbow-token';

export interface TokenPlaces {
  location: Pick<Location, 'hash' | 'pathname' | 'search'>;
  history: Pick<History, 'replaceState' | 'state'>;
  storage: Pick<Storage, 'getItem' | 'setItem'>;
}

/** The token, or null where neither the address nor this tab has one. Strips it from the address. */
export function takeToken({ location, history, storage }: TokenPlaces): string | null {
  const fragment = new URLSearchParams(location.hash.replace(/^#/, ''));
  const token = fragment.get('token');
  if (token === null) return storage.getItem(storageKey);
  storage.setItem(storageKey, token);
  fragment.delete('token');
  const rest = fragment.toString();
  history.replaceState(history.state, '', `${location.pathname}${location.search}${rest === '' ? '' : `#${rest}`}`);
  return token;
}
