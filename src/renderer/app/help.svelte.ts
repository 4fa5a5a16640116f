/** Whether the help dialog is open. */
export const help = $state({ open: false });
