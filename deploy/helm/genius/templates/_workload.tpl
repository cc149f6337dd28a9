{{/* SPDX-License-Identifier: EUPL-1.2 */}}
{{/*
One Deployment, Service, ServiceAccount and (with two or more replicas) PodDisruptionBudget of a stateless service.
Takes: root, service, port, settings (its values), env (text), volumes and mounts (text), healthPath,
annotations of the pods (a dict; a change replaces them), graceSeconds (120), workerPort (a second container that works off its queue).
*/}}
{{- define "genius.workload" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: genius-{{ .service }}
  labels: {{ include "genius.labels" . | nindent 4 }}
automountServiceAccountToken: false
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: genius-{{ .service }}
  labels: {{ include "genius.labels" . | nindent 4 }}
spec:
  {{- if not (and .settings.autoscaling .settings.autoscaling.enabled) }}
  replicas: {{ .settings.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    {{- if .recreate }}
    # One process works off the queue (and the embedded index admits no other): the old one goes before the new one starts.
    type: Recreate
    {{- else }}
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
    {{- end }}
  selector:
    matchLabels: {{ include "genius.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{ include "genius.labels" . | nindent 8 }}
      {{- with .annotations }}
      annotations: {{ toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: genius-{{ .service }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ .graceSeconds | default 120 }}
      securityContext: {{ include "genius.podSecurity" . | nindent 8 }}
      {{- include "genius.pullSecrets" .root | nindent 6 }}
      {{- include "genius.spread" . | nindent 6 }}
      containers:
        - name: {{ .service }}
          image: {{ include "genius.image" . }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args: ["python", "-m", {{ .module | default (printf "genius_%s" .service) | quote }}]
          securityContext: {{ include "genius.containerSecurity" . | nindent 12 }}
          ports:
            - {name: http, containerPort: {{ .port }}}
            {{- if .internalPort }}
            - {name: internal, containerPort: {{ .internalPort }}}
            {{- end }}
          env: {{ .env | nindent 12 }}
          {{- include "genius.probes" (dict "path" .healthPath) | nindent 10 }}
          lifecycle:
            # Lets the endpoint leave the load balancers before the process stops taking requests.
            preStop: {exec: {command: ["sleep", "5"]}}
          resources: {{ toYaml .settings.resources | nindent 12 }}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
            {{- with .mounts }}{{ . | nindent 12 }}{{ end }}
        {{- if .workerPort }}
        - name: worker
          image: {{ include "genius.image" . }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args: ["python", "-m", {{ printf "genius_%s" .service | quote }}, "work"]
          securityContext: {{ include "genius.containerSecurity" . | nindent 12 }}
          ports:
            - {name: worker, containerPort: {{ .workerPort }}}
          env: {{ .env | replace (printf "_PORT, value: %q" (toString .port)) (printf "_PORT, value: %q" (toString .workerPort)) | nindent 12 }}
          {{- include "genius.probes" (dict "path" .healthPath "port" "worker") | nindent 10 }}
          resources: {{ toYaml .root.Values.qdrant.worker.resources | nindent 12 }}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
            {{- with .mounts }}{{ . | nindent 12 }}{{ end }}
        {{- end }}
      volumes:
        - {name: tmp, emptyDir: {sizeLimit: 2Gi}}
        {{- with .volumes }}{{ . | nindent 8 }}{{ end }}
---
apiVersion: v1
kind: Service
metadata:
  name: genius-{{ .service }}
  labels: {{ include "genius.labels" . | nindent 4 }}
spec:
  selector: {{ include "genius.selector" . | nindent 4 }}
  ports:
    - {name: http, port: {{ .port }}, targetPort: http}
    {{- if .internalPort }}
    - {name: internal, port: {{ .internalPort }}, targetPort: internal}
    {{- end }}
    {{- if .workerPort }}
    - {name: worker, port: {{ .workerPort }}, targetPort: worker}
    {{- end }}
{{- if not .recreate }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: genius-{{ .service }}
  labels: {{ include "genius.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{ include "genius.selector" . | nindent 6 }}
{{- end }}
{{- if and .settings.autoscaling .settings.autoscaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: genius-{{ .service }}
  labels: {{ include "genius.labels" . | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: genius-{{ .service }}}
  minReplicas: {{ .settings.replicas }}
  maxReplicas: {{ .settings.autoscaling.max }}
  metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: {{ .settings.autoscaling.cpu }}}}
{{- end }}
{{- end }}
