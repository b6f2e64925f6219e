// What Datasette's table.js asks of its page, which says it in an inline script where the desk's policy forbids one.
var DATASETTE_ALLOW_FACET = true;
