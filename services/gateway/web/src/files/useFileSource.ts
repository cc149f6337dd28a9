// SPDX-License-Identifier: EUPL-1.2
import { useMemo } from 'react'
import { deleteFile, followFile, retryFile, uploadFile } from '../api/endpoints'
import type { ProtectionClass } from '../protection/classes'

/** Where one's own files go, with the class that is chosen while they are added. */
export const useFileSource = (protection: ProtectionClass) =>
  useMemo(() => ({ put: (file: File, progress: (share: number) => void) => uploadFile(file, progress, protection), get: followFile, remove: deleteFile, again: retryFile }), [protection])
