/** Certificates. */
import { Page } from '../../parts/page.tsx';

export function CertificatesScreen() {
  return <Page title="Certificates" />;
}
