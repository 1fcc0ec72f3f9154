// Routes live in the page's hash, so that both shells, links and the browser's back button work alike.

export type Route =
  | { place: 'runs' }
  | { place: 'new'; like: string | null; task: string | null }
  | { place: 'train'; run: string | null }
  | { place: 'replay'; run: string | null; rollout: number | null }
  | { place: 'compare'; runs: string[] }
  | { place: 'lab' };
export type Place = Route['place'];

/** The five places of the rail, in the order of Ctrl+1 to Ctrl+5. */
export const railPlaces = ['runs', 'train', 'replay', 'compare', 'lab'] as const;

/** Anything that is not a known route opens Runs. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const [place, first, second] = path.split('/').map(decode);
  switch (place) {
    case 'new': {
      const given = new URLSearchParams(query);
      return { place, like: given.get('like'), task: given.get('task') };
    }
    case 'train':
      return { place, run: first || null };
    case 'replay':
      return { place, run: first || null, rollout: /^[1-9]\d{0,14}$/.test(second ?? '') ? Number(second) : null };
    case 'compare':
      return { place, runs: [...new Set((first ?? '').split(',').filter(Boolean))] };
    case 'lab':
      return { place };
    default:
      return { place: 'runs' };
  }
}

export function formatRoute(route: Route): string {
  switch (route.place) {
    case 'new': {
      const given = Object.entries({ like: route.like, task: route.task }).filter(([, value]) => value !== null);
      return `#/new${given.length === 0 ? '' : `?${given.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`).join('&')}`}`;
    }
    case 'train':
      return `#/train${route.run === null ? '' : `/${encodeURIComponent(route.run)}`}`;
    case 'replay': {
      if (route.run === null) return '#/replay';
      return `#/replay/${encodeURIComponent(route.run)}${route.rollout === null ? '' : `/${route.rollout}`}`;
    }
    case 'compare':
      return `#/compare${route.runs.length === 0 ? '' : `/${route.runs.map(encodeURIComponent).join(',')}`}`;
    default:
      return `#/${route.place}`;
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return ''; // A malformed escape names nothing.
  }
}
