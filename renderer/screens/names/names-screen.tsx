/** Names. */
import { Page } from '../../parts/page.tsx';

export function NamesScreen() {
  return <Page title="Names" />;
}
