// Shapes that the widget's modules share, for the type checks only (the browser never loads this file).

export type Button = { title: string; payload: string };

export type Source = {
  plan: string;
  measure_no: number | null;
  measure: string | null;
  section: string;
  page: number | null;
  quote?: string;
  row?: string;
  column?: string;
};

export type Table = { header: string[]; rows: { cells: string[]; marked?: boolean[] }[] };
export type Series = { name: string; unit: string; points: { label: string; number: number; text: string }[] };
export type Status = "answered" | "not_in_plan" | "clarify" | "no_answer" | "chitchat";

export type Custom = {
  status?: Status;
  sources?: Source[];
  table?: Table;
  value?: { text: string; label: string };
  series?: Series;
};

export type Message = { id: string; text: string; buttons?: Button[] | null; custom?: Custom | null };
export type Stored = Message & { role: "user" | "bot"; failed?: boolean; created_at: string };
export type Question = { text: string; payload?: string };

/** `used`: last use, `renew`: when to take a new token (both ms since 1970); `turn` grows with every reply. */
export type Session = { id: string; token: string; used: number; renew: number; idle: number; turn: number };

export type Passage = { heading: string | null; text: string };
export type Section = { section: string; passages?: Passage[]; table?: Table | null };
export type Page = { plan: string; no?: number; title: string; page?: number | null; sections: Section[] };

export type Options = {
  inline: boolean;
  heading: string;
  greeting: string;
  starters: string[];
  suggestions: boolean;
  idleMinutes: number;
  onClose: () => void;
};

export type Child = Node | string | null | undefined | false | 0;
export type Props = Record<string, string | number | boolean | null | undefined | ((event: any) => void)>;
