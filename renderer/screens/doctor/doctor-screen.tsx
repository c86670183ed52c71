/** Doctor. */
import { Page } from '../../parts/page.tsx';

export function DoctorScreen() {
  return <Page title="Doctor" />;
}
