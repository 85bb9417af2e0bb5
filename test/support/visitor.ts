interface Visit {
  readonly method?: string;
  readonly form?: Record<string, string>;
  readonly headers?: Record<string, string>;
}

export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where it leads on to, as path and query if that is the same host. */
  readonly location: string | undefined;
}

/** A page without what says where addresses may break. */
export const unbroken = (html: string): string => html.replaceAll(/<wbr\/>|<\/?span[^>]*>/g, '');

/**
 * Somebody with a browser that runs no scripts: the console over HTTP, with cookies.
 * @param send asks as `fetch` does
 */
export function visitor(
  url: string,
  headers: Record<string, string> = {},
  send: (url: URL, init: RequestInit) => Promise<Response> = fetch,
) {
  const cookies = new Map<string, string>();

  async function go(path: string, { method = 'GET', form, headers: own }: Visit = {}): Promise<Seen> {
    const response = await send(new URL(path, url), {
      method,
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(method === 'GET' ? {} : { origin: url }),
        ...headers,
        ...own,
      },
      ...(form ? { body: new URLSearchParams(form) } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      location: response.headers.get('location')?.replace(url, '') ?? undefined,
    };
  }

  /** Follows where it leads, as browsers do. */
  async function follow(seen: Seen): Promise<Seen> {
    let current = seen;
    for (let hops = 0; current.location !== undefined && hops < 10; hops += 1) {
      current = await go(current.location);
    }
    return current;
  }

  const post = (path: string, form: Record<string, string> = {}, own: Record<string, string> = {}) =>
    go(path, { method: 'POST', form, headers: own });

  /** Says who they are at the sign-in server, which then answers. */
  async function choose(person: string, path: string): Promise<Seen> {
    const choice = await follow(await go(path));
    const [, action = ''] = /<form method="post" action="([^"]+)"/.exec(choice.text) ?? [];
    return await post(action, { person });
  }

  return {
    cookies,
    go,
    post,
    follow,
    /** Signs in as a sample person, from the page asked for. */
    signIn: async (person: string, path = '/console'): Promise<Seen> =>
      await follow(await choose(person, path)),
    /** The same up to the address by which the sign-in server hands them back, which is not opened. */
    async untilBack(person: string): Promise<Seen> {
      let seen = await choose(person, '/console');
      while (seen.location !== undefined && !seen.location.startsWith('/console/signed-in'))
        seen = await go(seen.location);
      return seen;
    },
    /** What a page's form carries. */
    async token(path: string): Promise<string> {
      const { text } = await go(path);
      const main = text.slice(text.indexOf('<main'));
      return /name="token" value="([^"]+)"/.exec(main)?.[1] ?? '';
    },
  };
}

export type Visitor = ReturnType<typeof visitor>;
