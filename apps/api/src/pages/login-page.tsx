import { renderPage } from './layout.js';

/** Asks for an API key; the session that follows can only read. */
export function loginPage({ error, next }: { error?: string; next: string }): string {
  return renderPage({
    title: 'Sign in',
    signedIn: false,
    children: (
      <form class="card login" method="post" action="/login">
        <h1>Sign in</h1>
        <p class="lead">With an API key of any role. The pages only read.</p>
        {error !== undefined && <p class="error">{error}</p>}
        <input type="hidden" name="next" value={next} />
        <label for="key">API key</label>
        <input
          id="key"
          name="key"
          type="password"
          autocomplete="current-password"
          required
          maxLength={200}
          placeholder="pl_…"
        />
        <button class="primary" type="submit">
          Sign in
        </button>
      </form>
    ),
  });
}

/** Says plainly what is wrong with a request for a page. */
export function messagePage({
  title,
  text,
  signedIn,
}: {
  title: string;
  text: string;
  signedIn: boolean;
}): string {
  return renderPage({
    title,
    signedIn,
    children: (
      <section class="card">
        <h1>{title}</h1>
        <p class="lead">{text}</p>
      </section>
    ),
  });
}
