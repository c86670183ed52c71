/** Map. */
import { Page } from '../../parts/page.tsx';

export function MapScreen() {
  return <Page title="Map" />;
}
