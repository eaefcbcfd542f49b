// Types of the Privet banner (`/sdk/privet.js`). Served at `/sdk/privet.d.ts`.

/** How the visitor's country is treated. */
export type PrivetRegime = "opt-in" | "opt-out" | "none";

/** One purpose as the banner shows it. */
export interface PrivetPurpose {
  /** Stable key, as in `data-privet="…"` and in the decision API. */
  key: string;
  name: string;
  text: string;
  /** The oldest version of the notice whose choices for this purpose still count. */
  since: number;
  /** Strictly necessary: never asked, always on. */
  always?: boolean;
  /** Asked for before use even where the regime is opt-out (sensitive data). */
  ask?: boolean;
  /** Sale or sharing: switched off by Global Privacy Control. */
  gpc?: boolean;
  /** Who receives data under this purpose. */
  vendors?: string[];
  /** Cookies and storage keys to delete at refusal; a trailing `*` matches any ending. */
  clear?: string[];
  /** Google Consent Mode v2 signals that this purpose grants. */
  signals?: string[];
}

/** What the server answers for a property, a language and a country. */
export interface PrivetConfig {
  property: string;
  lang: string;
  regime: PrivetRegime;
  country: string;
  /** The notice shown, as recorded: `web@3`. */
  notice: string;
  /** Days after which the choice is asked again. */
  days: number;
  purposes: PrivetPurpose[];
  /** Host and purpose, for automatic mode. */
  rules: [string, string][];
  texts: Record<
    "title" | "body" | "accept" | "refuse" | "settings" | "save" | "close" | "always" | "gpc" | "blocked" | "once" | "allow",
    string
  >;
  /** Words and address. */
  links: [string, string][];
  theme: { scheme: "auto" | "light" | "dark"; position: "bar" | "corner"; colors?: Record<string, string> };
  /** Shows a small button that opens the settings after the choice. */
  button: boolean;
  /** Reloads the page when something that ran is withdrawn. */
  reload: boolean;
  experiment?: { id: string; variant: string };
  tcf?: { module: string } & Record<string, unknown>;
  gpp?: { module: string } & Record<string, unknown>;
  /** A changed privacy policy to tell of. */
  news?: { module: string; version: number } & Record<string, unknown>;
}

/** What is chosen now. */
export interface PrivetState {
  /** The configuration has arrived. */
  ready: boolean;
  /** The visitor has answered for every purpose. */
  decided: boolean;
  regime?: PrivetRegime;
  /** Purpose → may run now. */
  choices: Record<string, boolean>;
  /** The browser sends Global Privacy Control. */
  gpc: boolean;
  notice?: string;
  /** The random id under which the choice is recorded; absent before the first choice. */
  device?: string;
  /** When the choice was made, in milliseconds since 1970. */
  at?: number;
}

/** A failure to load or to record; `status` is 0 when the server was not reached. */
export interface PrivetError {
  status: number;
  detail?: string;
}

export interface PrivetEvents {
  /** The configuration is known; called at once when it already is. */
  ready: PrivetState;
  /** The visitor chose. */
  change: PrivetState;
  /** The banner is on the screen. */
  shown: PrivetState;
  /** The preference dialog opened. */
  opened: PrivetState;
  /** The preference dialog closed, with or without a choice. */
  closed: PrivetState;
  /** The server wrote the choice down. */
  recorded: { id: string; recorded_at: string };
  error: PrivetError;
}

export type PrivetItem = ((privet: Privet) => void) | [keyof Privet, ...unknown[]];

/** `window.privet`. */
export interface Privet {
  state(): PrivetState;
  /** Whether a purpose may run now. */
  allowed(key: string): boolean;
  /** Listens; the answer stops listening. */
  on<E extends keyof PrivetEvents>(event: E, listener: (detail: PrivetEvents[E]) => void): () => void;
  /** Opens the preference dialog. */
  open(): void;
  /** Chooses for the visitor, from a form of your own. */
  set(choices: Record<string, boolean>): Promise<void>;
  acceptAll(): Promise<void>;
  refuseAll(): Promise<void>;
  config(): PrivetConfig | undefined;
  /** Works before the script has loaded: `(window.privet = window.privet || []).push(p => …)`. */
  push(item: PrivetItem): void;
}

declare global {
  interface Window {
    privet?: Privet | PrivetItem[];
  }
  interface DocumentEventMap {
    "privet:ready": CustomEvent<PrivetState>;
    "privet:change": CustomEvent<PrivetState>;
    "privet:shown": CustomEvent<PrivetState>;
    "privet:opened": CustomEvent<PrivetState>;
    "privet:closed": CustomEvent<PrivetState>;
    "privet:recorded": CustomEvent<PrivetEvents["recorded"]>;
    "privet:error": CustomEvent<PrivetError>;
  }
}
