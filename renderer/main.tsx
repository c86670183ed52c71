/** Entry of the window: connects the mirror to the engine and renders. */
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './style/tokens.css';
import './style/base.css';
import './style/shell.css';
import './style/rail.css';
import './style/lists.css';
import './style/events.css';
import './style/detail.css';
import './style/table.css';
import './style/forms.css';
import './style/page.css';
import { App } from './app.tsx';
import { bridge } from './bridge.ts';
import { loadTheme } from './store/changes.ts';
import { keepDraft } from './store/config-keep.ts';
import { keepSiteDraft } from './store/draft-keep.ts';
import { startDoctor } from './store/doctor.ts';
import { startLive } from './store/live.ts';
import { startServices } from './store/services.ts';
import { startTraffic } from './store/traffic.ts';
import { markScrollBars } from './platform.ts';
import { followTheme } from './theme.ts';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

followTheme();
markScrollBars();
startLive(bridge);
keepDraft(bridge);
keepSiteDraft();
startTraffic(bridge);
startServices(bridge);
void loadTheme();
startDoctor();
createRoot(root).render(<App />);
