// SPDX-License-Identifier: EUPL-1.2
// A model server that costs next to nothing: OpenAI's API as vLLM answers it, precomputed chunks, one thread.
//
//   upstream [name=value ...]     prints its port; PUT /__script with the same words changes them, GET /__stats tells
//
// A stream has as many tokens as the request's max_tokens, or answer_tokens where that is given. Each tick every stream that holds a slot gets one token, as
// a vLLM step gives one to each running request; requests above the slots wait in order of arrival.
#include "common.h"

enum fault { NONE, STATUS_503, CLOSE, HANG, CUT, CUT_CLEAN };
static const char *FAULTS[] = {"none", "503", "close", "hang", "cut", "cut_clean"};

static struct {
  long port, core, tick_us, first_ticks, slots, chunk_bytes, vllm, answer_tokens, fault, at;
} given = {0, -1, 10000, 1, 100000, 8, 0, 0, NONE, 0};
static const struct { const char *name; long *value; } WORDS[] = {
    {"port=", &given.port},   {"core=", &given.core},   {"tick_us=", &given.tick_us},         {"first_ticks=", &given.first_ticks},
    {"slots=", &given.slots}, {"vllm=", &given.vllm},   {"chunk_bytes=", &given.chunk_bytes}, {"at=", &given.at},
    {"answer_tokens=", &given.answer_tokens}};

struct connection {
  int fd;
  char *in, *unsent;
  size_t have, capacity, unsent_length;
  long tokens, sent, wait_ticks;
  int streams, counts, running, waiting;
  struct connection *next, *previous;
};
struct list { struct connection *first, *last; long length; };

static struct list running, waiting, dead;
static int epoll, tick_fd;
static char *token_text, *finish_text, *head_text = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
                                                     "transfer-encoding: chunked\r\n\r\n";
static struct { long requests, complete, gone, peak, peak_waiting; int64_t last_gone_ns, busy_ns, full_ns, changed_ns; } stats;

static void append(struct list *list, struct connection *c) {
  c->previous = list->last, c->next = NULL;
  if (list->last) list->last->next = c; else list->first = c;
  list->last = c, list->length++;
}

static void unlink_from(struct list *list, struct connection *c) {
  if (c->previous) c->previous->next = c->next; else list->first = c->next;
  if (c->next) c->next->previous = c->previous; else list->last = c->previous;
  list->length--;
}

// Slot time used until now, and how long there was something that could have used every slot.
static void account(void) {
  int64_t now = now_ns();
  stats.busy_ns += running.length * (now - stats.changed_ns);
  if (running.length + waiting.length >= given.slots) stats.full_ns += now - stats.changed_ns;
  stats.changed_ns = now;
}

static void start(struct connection *c) {
  c->running = 1, c->waiting = 0;
  append(&running, c);
  if (running.length > stats.peak) stats.peak = running.length;
}

static void free_slot(struct connection *c) {
  if (c->running) unlink_from(&running, c);
  if (c->waiting) unlink_from(&waiting, c);
  c->running = c->waiting = 0;
  while (running.length < given.slots && waiting.first) {
    struct connection *next = waiting.first;
    unlink_from(&waiting, next);
    start(next);
  }
}

static void drop(struct connection *c) {
  account();
  free_slot(c);
  close(c->fd);
  c->fd = -1;
  append(&dead, c);  // freed after the loop over the events, which may still name it
}

static void output(struct connection *c, const char *data, size_t length) {
  ssize_t sent = c->unsent_length ? 0 : send(c->fd, data, length, MSG_NOSIGNAL);
  if (sent < 0) sent = 0;  // a full buffer is tried again at the next tick; a broken one shows when reading
  if ((size_t)sent == length) return;
  c->unsent = realloc(c->unsent, c->unsent_length + length - sent);
  memcpy(c->unsent + c->unsent_length, data + sent, length - sent);
  c->unsent_length += length - sent;
}

static void flush(struct connection *c) {
  ssize_t sent = send(c->fd, c->unsent, c->unsent_length, MSG_NOSIGNAL);
  if (sent <= 0) return;
  memmove(c->unsent, c->unsent + sent, c->unsent_length - sent);
  c->unsent_length -= sent;
}

static char *chunked(char *to, const char *format, ...) {
  char event[8192];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(event, sizeof event, format, arguments);
  va_end(arguments);
  return to + sprintf(to, "%x\r\n%s\r\n", length, event);
}

#define BASE "data: {\"id\":\"chatcmpl-0123456789abcdef01234567\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"fast\","
#define DELTA "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"},\"logprobs\":null,\"finish_reason\":null%s}]"
#define COUNT "\"usage\":{\"prompt_tokens\":9,\"total_tokens\":%ld,\"completion_tokens\":%ld}"

static void prepare(void) {
  char word[4096];
  size_t length = given.chunk_bytes < 1 ? 1 : given.chunk_bytes > 4000 ? 4000 : given.chunk_bytes;
  memset(word, 'n', length);
  word[0] = ' ', word[length] = 0;
  token_text = realloc(token_text, 8192), finish_text = realloc(finish_text, 8192);
  chunked(token_text, BASE DELTA "}\n\n", word, given.vllm ? ",\"token_ids\":null" : "");
  chunked(finish_text, BASE "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
}

static void whole(struct connection *c, const char *status, const char *body) {
  char answer[16384];
  int length = snprintf(answer, sizeof answer, "HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n\r\n%s",
                        status, strlen(body), body);
  output(c, answer, length);
}

static void tail(struct connection *c) {
  char text[4096], *to = text + sprintf(text, "%s", finish_text);
  to = chunked(to, BASE "\"choices\":[]," COUNT "}\n\n", 9 + c->tokens, c->tokens);
  to = chunked(to, "data: [DONE]\n\n");
  to += sprintf(to, "0\r\n\r\n");
  output(c, text, to - text);
}

static void token(struct connection *c) {
  if (c->sent == 1 || !c->counts) {
    output(c, token_text, strlen(token_text));
    return;
  }
  char text[2048];  // with continuous_usage_stats vLLM counts along in each event
  char *to = chunked(text, BASE DELTA "," COUNT "}\n\n", " nnnnnnn", ",\"token_ids\":null", 9 + c->sent, c->sent);
  output(c, text, to - text);
}

// One step for one request; returns with the connection dropped where the script says so.
static void advance(struct connection *c) {
  if (c->unsent_length) {
    flush(c);
    return;
  }
  if (c->wait_ticks-- > 0) return;
  int cuts = given.fault == CUT || given.fault == CUT_CLEAN;
  if (c->streams && cuts && c->sent >= given.at) {
    if (given.fault == CUT_CLEAN) output(c, "0\r\n\r\n", 5);
    drop(c);
    return;
  }
  if (c->sent < c->tokens) {
    c->sent++;
    if (c->streams) token(c);
    return;
  }
  char body[512];
  snprintf(body, sizeof body, "{\"id\":\"chatcmpl-0\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"fast\",\"choices\":[{\"index\":0,"
           "\"message\":{\"role\":\"assistant\",\"content\":\"Wohngeld\"},\"finish_reason\":\"stop\"}]," COUNT "}", 9 + c->tokens, c->tokens);
  if (c->streams) tail(c); else whole(c, "200 OK", body);
  stats.complete++;
  account();
  free_slot(c);
}

static void completion(struct connection *c, const char *body, size_t length) {
  stats.requests++;
  if (given.fault == STATUS_503) { whole(c, "503 Service Unavailable", "{\"error\":{\"message\":\"overloaded\"}}"); return; }
  if (given.fault == CLOSE) { drop(c); return; }
  if (given.fault == HANG) return;
  c->tokens = number_after(body, length, "\"max_tokens\"", number_after(body, length, "\"max_completion_tokens\"", 1));
  if (given.answer_tokens) c->tokens = given.answer_tokens;
  c->streams = memmem(body, length, "\"stream\":true", 13) || memmem(body, length, "\"stream\": true", 14);
  c->counts = given.vllm && memmem(body, length, "continuous_usage_stats", 22);
  c->sent = 0, c->wait_ticks = given.first_ticks ? given.first_ticks - 1 : 0;
  account();
  if (running.length < given.slots) start(c);
  else c->waiting = 1, append(&waiting, c);
  if (waiting.length > stats.peak_waiting) stats.peak_waiting = waiting.length;
  if (c->streams) output(c, head_text, strlen(head_text));
  if (!given.first_ticks && c->running) advance(c);  // the first token at once: to measure what a relay adds
}

static void script(const char *text, size_t length) {
  long tick = given.tick_us;
  for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) *WORDS[i].value = number_after(text, length, WORDS[i].name, *WORDS[i].value);
  const char *fault = memmem(text, length, "fault=", 6);
  for (int i = NONE; fault && i <= CUT_CLEAN; i++) {
    size_t word = strlen(FAULTS[i]);
    int fits = (size_t)(text + length - fault - 6) >= word && !memcmp(fault + 6, FAULTS[i], word);
    if (fits && (fault + 6 + word == text + length || fault[6 + word] <= ' ')) given.fault = i;
  }
  prepare();
  if (tick == given.tick_us || !epoll) return;
  close(tick_fd);
  tick_fd = ticker(given.tick_us * 1000);
  watch(epoll, tick_fd, &tick_fd);
}

static void tell(struct connection *c, const char *head) {
  char text[1024];
  account();
  if (strstr(head, "/__stats"))
    snprintf(text, sizeof text, "{\"requests\":%ld,\"complete\":%ld,\"gone\":%ld,\"last_gone_ns\":%ld,\"busy_ns\":%ld,\"full_ns\":%ld,\"running\":%ld,"
             "\"waiting\":%ld,\"peak\":%ld,\"peak_waiting\":%ld,\"now_ns\":%ld}", stats.requests, stats.complete, stats.gone,
             (long)stats.last_gone_ns, (long)stats.busy_ns, (long)stats.full_ns, running.length, waiting.length, stats.peak, stats.peak_waiting,
             (long)now_ns());
  else if (strstr(head, "/metrics"))
    snprintf(text, sizeof text, "vllm:num_requests_running{model_name=\"fast\"} %ld\nvllm:num_requests_waiting{model_name=\"fast\"} %ld\n",
             running.length, waiting.length);
  else if (strstr(head, "/models"))
    snprintf(text, sizeof text, "{\"object\":\"list\",\"data\":[{\"id\":\"fast\",\"object\":\"model\",\"created\":1,\"owned_by\":\"%s\","
             "\"max_model_len\":131072}]}", given.vllm ? "vllm" : "bench");
  else snprintf(text, sizeof text, "{\"status\":\"ok\",\"model_path\":\"fast\",\"served_model_name\":\"fast\"}");
  whole(c, "200 OK", text);
}

static void request(struct connection *c, char *head, size_t head_length, size_t length) {
  char first = head[0], *body = head + head_length;
  head[head_length - 1] = 0;
  if (first == 'P' && strncmp(head, "PUT", 3) == 0) script(body, length), whole(c, "200 OK", "{}");
  else if (first == 'P') completion(c, body, length);
  else tell(c, head);
}

static void readable(struct connection *c) {
  for (;;) {
    if (c->have + 65536 > c->capacity) c->in = realloc(c->in, c->capacity = c->capacity * 2 + 65536);
    ssize_t got = recv(c->fd, c->in + c->have, c->capacity - c->have - 1, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      if (c->running || c->waiting) stats.gone++, stats.last_gone_ns = now_ns();
      drop(c);
      return;
    }
    c->have += got, c->in[c->have] = 0;
    char *end = memmem(c->in, c->have, "\r\n\r\n", 4);
    if (!end) continue;
    size_t head = end + 4 - c->in;
    *end = 0;
    char *said = strcasestr(c->in, "\r\ncontent-length:");
    size_t length = said ? strtoul(said + 17, NULL, 10) : 0;
    *end = '\r';
    if (c->have < head + length) continue;
    c->have = 0;
    request(c, c->in, head, length);
    if (c->fd < 0) return;
  }
}

static void tick(void) {
  uint64_t times;
  if (read(tick_fd, &times, sizeof times) < 0) return;
  struct connection *next;
  long left = running.length;  // who starts meanwhile waits for the next tick
  for (struct connection *c = running.first; c && left--; c = next) {
    next = c->next;
    advance(c);
  }
}

static int listening(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(given.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(fd, (void *)&address, size) || listen(fd, 4096)) die("bind");
  getsockname(fd, (void *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

int main(int count, char **words) {
  for (int i = 1; i < count; i++) script(words[i], strlen(words[i]));
  prepare();
  many_files();
  pin(given.core);
  stats.changed_ns = now_ns();
  int listener = listening();
  epoll = epoll_create1(0);
  tick_fd = ticker(given.tick_us * 1000);
  watch(epoll, listener, &listener);
  watch(epoll, tick_fd, &tick_fd);
  struct epoll_event events[256];
  for (;;) {
    int found = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < found; i++) {
      if (events[i].data.ptr == &tick_fd) tick();
      else if (events[i].data.ptr == &listener) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (fd < 0) continue;
        struct connection *c = calloc(1, sizeof *c);
        c->fd = fd;
        no_delay(fd);
        watch(epoll, fd, c);
      } else if (((struct connection *)events[i].data.ptr)->fd >= 0) readable(events[i].data.ptr);
    }
    while (dead.first) {
      struct connection *c = dead.first;
      unlink_from(&dead, c);
      free(c->in), free(c->unsent), free(c);
    }
  }
}
