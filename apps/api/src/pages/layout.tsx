import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';

type ShellProps = {
  title: string;
  /** False on pages reached by a signed link: there is no session to end and nothing else to see. */
  signedIn: boolean;
  children: ComponentChildren;
};

function Shell({ title, signedIn, children }: ShellProps) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>{`${title} · Plumbline`}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/assets/plumbline.css" />
      </head>
      <body>
        <header class="top">
          {signedIn ? (
            <a class="brand" href="/">
              Plumbline
            </a>
          ) : (
            <span class="brand">Plumbline</span>
          )}
          {signedIn && <a href="/docs">API</a>}
          {signedIn && (
            <form method="post" action="/logout">
              <button type="submit">Sign out</button>
            </form>
          )}
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}

/** A whole HTML document; everything in it is escaped by the renderer except SVG that the chart renderer made. */
export const renderPage = (props: ShellProps): string =>
  `<!doctype html>${renderToString(<Shell {...props} />)}`;

export function Tile({ label, value }: { label: string; value: string }) {
  return (
    <div class="tile">
      <b>{value}</b>
      <span>{label}</span>
    </div>
  );
}

/** Badge: a status or a verdict in its colour; `words` where its name is not what people read. */
export function Badge({ text, words = text.replaceAll('_', ' ') }: { text: string; words?: string }) {
  return <span class={`badge ${text}`}>{words}</span>;
}

/** SVG from the chart renderer: its texts are escaped there. */
export function Chart({ svg }: { svg: string }) {
  return <div dangerouslySetInnerHTML={{ __html: svg }} />;
}

export function Card({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}
