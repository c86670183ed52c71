/** Config. */
import { Page } from '../../parts/page.tsx';

export function ConfigScreen() {
  return <Page title="Config" />;
}
