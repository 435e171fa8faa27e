"""
Messages to people: in the site, and by e-mail in their language.

    notify → notice (unread → read)
       └──► job → e-mail, unless the person turned that kind off

Areas register the texts of their kinds of notice; a notice keeps the kind and the facts, and is put
into words when it is read, in the reader's language.
"""
