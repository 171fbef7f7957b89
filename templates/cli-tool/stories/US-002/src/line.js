/** An item as people see it. */
export const line = ({ number, text, done }) => `${number}  [${done ? 'x' : ' '}] ${text}`;
