/** What makes a layout: beside this file, as source, as built or as bundled. */
export const LAYOUT_PROCESS: URL = new URL(import.meta.url.replace(/-location(\.\w+)$/, "$1"));
