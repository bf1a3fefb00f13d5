// What a script of this page sees of the cookies: not those that are HttpOnly.
document.getElementById("document-cookie").textContent = document.cookie;
