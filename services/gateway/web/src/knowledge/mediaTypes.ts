// SPDX-License-Identifier: EUPL-1.2
const OFFICE = 'application/vnd.openxmlformats-officedocument.'
const OPEN = 'application/vnd.oasis.opendocument.'
const NAMES: Record<string, string> = {
  'application/pdf': 'PDF', [`${OFFICE}wordprocessingml.document`]: 'Word (DOCX)', [`${OFFICE}spreadsheetml.sheet`]: 'Excel (XLSX)',
  [`${OFFICE}presentationml.presentation`]: 'PowerPoint (PPTX)', [`${OPEN}text`]: 'OpenDocument (ODT)', [`${OPEN}spreadsheet`]: 'OpenDocument (ODS)',
  'message/rfc822': 'E-Mail (EML)', 'application/vnd.ms-outlook': 'Outlook (MSG)', 'text/html': 'HTML', 'text/markdown': 'Markdown',
  'text/plain': 'Text (TXT)', 'text/csv': 'CSV', 'image/jpeg': 'JPEG', 'image/png': 'PNG', 'image/tiff': 'TIFF',
}

/** The name that people know a file type by; the type itself where it has none here. */
export const fileType = (mediaType: string): string => NAMES[mediaType.split(';')[0]?.trim() ?? ''] ?? mediaType
