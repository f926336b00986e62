"use strict";
// The document of the API, shown by Swagger UI; the address stands in the page.
const place = document.getElementById("api-document");
window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  onComplete: () => {
    for (const frame of place.querySelectorAll("main")) {
      frame.setAttribute("role", "none"); // the page has its own
      frame.removeAttribute("aria-label");
    }
  },
  requestInterceptor: (request) => {
    request.headers["Accept-Language"] = document.documentElement.lang;
    return request;
  },
});
