"use strict";
// A browser may keep a whole page for its back button (the back-forward cache), also
// one that is no-store, and also past the logout. Such a page shows nothing until
// the server has been asked again.
addEventListener("pagehide", (e) => { if (e.persisted) document.documentElement.hidden = true; });
addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
