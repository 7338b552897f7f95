import type { ComponentChildren } from 'preact';

/** A head, or with the class of its column: `n` for numbers, `wide` for what narrow screens leave out. */
type Heading = string | { name: string; class: string };

/** Table: rows under their headings, none where they speak for themselves; scrolls by itself where the page is narrow. */
export const Table = ({ head, children }: { head?: readonly Heading[]; children: ComponentChildren }) => (
  <div class="scroll">
    <table>
      {head !== undefined && (
        <thead>
          <tr>
            {head.map((heading) =>
              typeof heading === 'string' ? (
                <th>{heading}</th>
              ) : (
                <th class={heading.class}>{heading.name}</th>
              ),
            )}
          </tr>
        </thead>
      )}
      <tbody>{children}</tbody>
    </table>
  </div>
);

export const number = (name: string): Heading => ({ name, class: 'n' });
export const wideNumber = (name: string): Heading => ({ name, class: 'n wide' });
