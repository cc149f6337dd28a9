{{/* SPDX-License-Identifier: EUPL-1.2 */}}
{{/* A Job that migrates one service's database before its pods are replaced. Takes: root, service, prefix, secret. */}}
{{- define "genius.migration" -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: genius-{{ .service }}-migrate
  labels: {{ include "genius.labels" (dict "root" .root "service" (printf "%s-migrate" .service)) | nindent 4 }}
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-weight: "5"
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: 2
  activeDeadlineSeconds: 1800
  ttlSecondsAfterFinished: 86400
  template:
    metadata:
      labels: {{ include "genius.labels" (dict "root" .root "service" (printf "%s-migrate" .service)) | nindent 8 }}
    spec:
      restartPolicy: Never
      automountServiceAccountToken: false
      enableServiceLinks: false
      securityContext: {{ include "genius.podSecurity" . | nindent 8 }}
      {{- include "genius.pullSecrets" .root | nindent 6 }}
      containers:
        - name: migrate
          image: {{ include "genius.image" . }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args: ["python", "-m", "genius_{{ .service }}", "migrate"]
          securityContext: {{ include "genius.containerSecurity" . | nindent 12 }}
          env: {{ .env | nindent 12 }}
            {{- include "genius.secretEnv" (dict "name" (printf "%s_DATABASE__MIGRATION_URL" .prefix) "secret" .secret "key" "migration-url") | nindent 12 }}
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {memory: 512Mi}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
            {{- with .mounts }}{{ . | nindent 12 }}{{ end }}
      volumes:
        - {name: tmp, emptyDir: {sizeLimit: 256Mi}}
        {{- with .volumes }}{{ . | nindent 8 }}{{ end }}
{{- end }}
