/** Tells by the system's own notification when sites go down or come back; a click opens the window there. */
import { Notification } from 'electron';
import type { Engine } from '../engine/engine.ts';
import { createNewsDesk, newsText, type News } from './health-news.ts';
import { onStateChange } from './refresh.ts';

export interface NotifyOptions {
  engine: Engine;
  isOn: () => boolean;
  showSite: (site: string) => void;
}

/** Returns the call that ends it. */
export function setupNotifications({ engine, isOn, showSite }: NotifyOptions): () => void {
  const desk = createNewsDesk();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    const news = desk.take(Date.now());
    if (news !== undefined && isOn() && Notification.isSupported()) show(news, showSite);
    plan();
  };
  const plan = (): void => {
    clearTimeout(timer);
    const waitMs = desk.wait(Date.now());
    if (waitMs !== undefined) timer = setTimeout(tell, waitMs);
  };
  const end = onStateChange(engine, () => {
    const { status, sites } = engine.snapshot();
    // Nothing is down that is not meant to run.
    if (status === 'running') desk.observe(sites, Date.now());
    plan();
  });
  return () => {
    end();
    clearTimeout(timer);
  };
}

function show(news: News, showSite: (site: string) => void): void {
  const notification = new Notification(newsText(news));
  const first = news.down[0] ?? news.back[0];
  if (first !== undefined) notification.on('click', () => showSite(first));
  notification.show();
}
