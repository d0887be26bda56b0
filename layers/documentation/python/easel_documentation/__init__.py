"""The files of the documentation page. `easel.http.documentation` reads and serves them."""
