"""Files that people send: what each is by its content, how large it may be, how it is kept and handed out.

`kinds`: what a file is. `pictures`: pictures made anew. `uploads`: what is taken. `stored`: what a row keeps beside the
content. `serving`: the answer. `strays`: what no row leads to any more.
"""
