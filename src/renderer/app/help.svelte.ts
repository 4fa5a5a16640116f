/** Whether the list of keys and terms is shown. */
export const help = $state({ open: false });
