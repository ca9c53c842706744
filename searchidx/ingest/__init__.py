"""The path of stories into an index: importer → names → writer, with progress.

run.py         a run: read, resolve, name, write, report
spool.py       the stories of a run on disk, the last of an id winning
preparing.py   names and columns of the stories, in several processes
sharing.py     work shared among processes
addressing.py  which story has which address, and which it had before
naming.py      a Namer for an index: its statistics, the keeper's lists
named.py       which stories need not be named again

Nothing is imported here: the processes that prepare stories do without the importers, which take long to load.
"""
