// A code scanned from a card stands behind the # of the address, which no server
// ever sees. It goes into the field, and out of the address and the history.
const field = document.querySelector("input[name=code]");
const code = decodeURIComponent(location.hash.slice(1));
if (field && /^[0-9A-Za-z-]{17,27}$/.test(code)) {
  field.value = code;
  history.replaceState(null, "", location.pathname + location.search);
}
