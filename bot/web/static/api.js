// The REST interface, as functions.

const ROOT = "/api/v1";

/** An answer that is no success; `message` is a sentence for people. */
export class ApiError extends Error {
  constructor(message, code, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Ask for a creation; the same key asked twice makes one. */
export function create(wish, key = freshKey()) {
  return post("/creations", wish, { "Idempotency-Key": key });
}

/** Answer in a conversation: a refinement. */
export function reply(thread, message, key = freshKey()) {
  return post(`/threads/${encodeURIComponent(thread)}/messages`, message, { "Idempotency-Key": key });
}

export const creation = (id) => request("GET", `/creations/${id}`);
export const cancel = (id) => post(`/creations/${id}/cancel`);
export const confirm = (id) => post(`/creations/${id}/confirm`);
export const asset = (id) => request("GET", `/assets/${id}`);
export const change = (id, values) => inTurn(id, () => request("PATCH", `/assets/${id}`, JSON.stringify(values), JSON_TYPE));
export const remove = (id) => request("DELETE", `/assets/${id}`);

// The same for many at once.
export const favouriteAll = (ids, favourite) => post("/assets/favourites", { assets: ids, favourite });
export const removeAll = (ids) => post("/assets/delete", { assets: ids });
export const tagAll = (ids, add, remove = []) => post("/assets/tags", { assets: ids, add, remove });
export const show = (ids, visibility, workspace = null) => post("/assets/visibility", { assets: ids, visibility, workspace });

export const rate = (id, value) => inTurn(id, () => put(`/assets/${id}/rating`, { value }));
export const retag = (id, tags) => put(`/assets/${id}/tags`, { tags });
export const tags = () => request("GET", "/tags");
export const workspaces = () => request("GET", "/workspaces");

export const collections = (asset) => request("GET", asset ? `/collections?asset=${asset}` : "/collections");
export const beginCollection = (name) => post("/collections", { name });
export const changeCollection = (id, values) => request("PATCH", `/collections/${id}`, JSON.stringify(values), JSON_TYPE);
export const endCollection = (id) => request("DELETE", `/collections/${id}`);
export const hang = (id, assets) => inTurn(id, () => post(`/collections/${id}/assets`, { assets }));
export const takeDown = (id, assets) => inTurn(id, () => post(`/collections/${id}/take-down`, { assets }));

/** Links; `thing` is `{ asset }` or `{ collection }`. */
export const shares = (thing) => request("GET", `/shares?${new URLSearchParams(thing)}`);
export const share = (thing, expires_in_s) => post("/shares", { ...thing, expires_in_s });
export const unshare = (id) => request("DELETE", `/shares/${id}`);
export const stopLinks = (id) => post(`/assets/${id}/stop-links`);

// Where things come from.
export const goOn = (id) => post(`/assets/${id}/go-on`);
export const undo = (thread) => post(`/threads/${encodeURIComponent(thread)}/undo`);

// The person.
export const joinCode = () => post("/me/join-code");
export const join = (code) => post("/me/join", { code });
export const forget = (confirm) => post("/me/forget", { confirm });

/** Ask what a file is; nothing of it is kept. */
export function inspect(file) {
  const form = new FormData();
  form.append("file", file, file.name || "file");
  return request("POST", "/inspect", form);
}

// Addresses by path alone, so that they are right behind every proxy.
export const events = (id) => `${ROOT}/creations/${id}/events`;
export const content = (id) => `${ROOT}/assets/${id}/content`;
export const thumbnail = (id) => `${ROOT}/assets/${id}/thumbnail`;

/** Send one picture. */
export function upload(file) {
  const form = new FormData();
  form.append("file", file, file.name || "picture.png");
  return request("POST", "/uploads", form);
}

/** A key that names one press of a button, also on plain http where `crypto.randomUUID` is missing. */
export function freshKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const JSON_TYPE = { "Content-Type": "application/json" };

function post(path, body = {}, headers = {}) {
  return request("POST", path, JSON.stringify(body), { ...JSON_TYPE, ...headers });
}

function put(path, body) {
  return request("PUT", path, JSON.stringify(body), JSON_TYPE);
}

const turns = new Map();

/** Changes of one thing go one after the other: a browser sends two at once, and the earlier press could arrive last. */
function inTurn(id, send) {
  const turn = (turns.get(id) ?? Promise.resolve()).then(send, send);
  turns.set(id, turn);
  return turn;
}

async function request(method, path, body, headers = {}) {
  let response;
  try {
    response = await fetch(ROOT + path, { method, body, headers: { Accept: "application/json", ...headers } });
  } catch {
    throw new ApiError("Easel does not answer. Please check that it is running, then try again.", "unreachable", 0);
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok) return answer;
  const error = answer?.error ?? {};
  throw new ApiError(error.message ?? "Something went wrong. Please try again.", error.code ?? "error", response.status);
}
