{{/* SPDX-License-Identifier: EUPL-1.2 */}}

{{- define "genius.labels" -}}
app.kubernetes.io/part-of: genius
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
genius/tenant: {{ .root.Values.tenant }}
{{ include "genius.selector" . }}
{{- end }}

{{- define "genius.selector" -}}
app.kubernetes.io/name: {{ .service }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* Restricted Pod Security Standard, for the pod … */}}
{{- define "genius.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* … and for each container */}}
{{- define "genius.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "genius.image" -}}
{{ .root.Values.image.repository }}/{{ .image | default .service }}:{{ .root.Values.image.tag }}
{{- end }}

{{- define "genius.jwksUrl" -}}
http://genius-gateway:9080/.well-known/jwks.json
{{- end }}

{{/* Environment that every service has; `prefix` is the service's. */}}
{{- define "genius.commonEnv" -}}
- {name: {{ .prefix }}_PROFILE, value: {{ .root.Values.profile | quote }}}
- {name: {{ .prefix }}_TENANT, value: {{ .root.Values.tenant | quote }}}
- {name: {{ .prefix }}_HOST, value: "0.0.0.0"}
- {name: {{ .prefix }}_PORT, value: {{ .port | quote }}}
{{- end }}

{{- define "genius.secretEnv" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef: {name: {{ .secret }}, key: {{ .key }}}
{{- end }}

{{- define "genius.probes" -}}
{{- $path := .path | default "/health" -}}
{{- $port := .port | default "http" }}
startupProbe: {httpGet: {path: {{ $path }}/live, port: {{ $port }}}, periodSeconds: 2, failureThreshold: 30}
livenessProbe: {httpGet: {path: {{ $path }}/live, port: {{ $port }}}, periodSeconds: 10, failureThreshold: 3}
readinessProbe: {httpGet: {path: {{ $path }}/ready, port: {{ $port }}}, periodSeconds: 5, failureThreshold: 2}
{{- end }}

{{- define "genius.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Spread the replicas of one service over nodes. */}}
{{- define "genius.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{ include "genius.selector" . | nindent 8 }}
{{- end }}
{{/* The key-encryption key: in Vault where `transit.url` is set, else the file `kek` of the keys' secret. */}}
{{- define "genius.keyEncryption" -}}
{{- if .transit.url -}}
- {name: {{ .prefix }}_TRANSIT__URL, value: {{ .transit.url | quote }}}
- {name: {{ .prefix }}_TRANSIT__KEY, value: {{ required "transit.key: the name of the key in Vault" .transit.key | quote }}}
- {name: {{ .prefix }}_TRANSIT__MOUNT, value: {{ .transit.mount | quote }}}
- {name: {{ .prefix }}_TRANSIT__TOKEN_FILE, value: /etc/genius/keys/vault-token}
{{- else -}}
- {name: {{ .prefix }}_KEK_FILE, value: /etc/genius/keys/kek}
{{- end }}
{{- end }}
