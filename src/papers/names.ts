/** What stays with her. */
export const herPapers = ['copy.pdf', 'copy.json', 'advice.pdf'] as const;
/** What leaves with the installer and is then forgotten here. */
export const agencyPapers = ['certificate.pdf', 'certificate.json', 'feedback.pdf'] as const;
export type PaperName = (typeof herPapers)[number] | (typeof agencyPapers)[number];
