/** Traffic. */
import { Page } from '../../parts/page.tsx';

export function TrafficScreen() {
  return <Page title="Traffic" />;
}
