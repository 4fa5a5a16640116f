import type { WorkbenchApi } from '../../api/workbench-api.ts';
import { reportError, sentenceWithLog } from '../../foundation/log/report-error.ts';
import { COMMON_HEADERS, MEDIA_POLICY, PDF_POLICY } from './policy.ts';
import { cacheControlOf, type FileRequest, type FileResponse, sendFile } from './send-file.ts';

/** Answers with the file of a MediaPath, or with the reason why not. Never rejects. */
export async function sendMedia(
  api: Pick<WorkbenchApi, 'media'>,
  path: string,
  request: FileRequest,
  response: FileResponse,
  signal: AbortSignal,
): Promise<void> {
  try {
    const file = await api.media(path, signal);
    const policy = file.type === 'application/pdf' ? PDF_POLICY : MEDIA_POLICY;
    await sendFile(request, response, { ...file, policy, cacheControl: cacheControlOf(file.immutable) });
  } catch (error) {
    const known = reportError(error, { door: 'media' });
    const status = known.code === 'not-found' ? 404 : known.code === 'bad-image' ? 422 : 500;
    sendText(response, status, request.method === 'HEAD' ? '' : sentenceWithLog(known));
  }
}

function sendText(response: FileResponse, status: number, text: string): void {
  response.statusCode = status;
  const type = { 'content-security-policy': MEDIA_POLICY, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  for (const [name, value] of Object.entries({ ...COMMON_HEADERS, ...type })) response.setHeader(name, value);
  response.end(text);
}
