// SPDX-License-Identifier: EUPL-1.2
/** Where to sign in; one comes back to the same page (a path only: the gateway refuses other targets). */
export const loginUrl = (): string => `/auth/login?next=${encodeURIComponent(location.pathname + location.search)}`
