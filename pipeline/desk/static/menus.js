// Closes the menus of Datasette's pages when a click goes elsewhere.
"use strict";
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[open].nav-menu, details[open].actions-menu-links")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
