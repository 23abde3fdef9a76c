"""How good are the decisions? Labelled data in, figures out; no table, no clock, no terminal.

labelled     csv files with text,label           metrics      right and wrong, ranking, calibration
tone         sentiment on a labelled set         bootstrap    better, or only luck?
county       the gold county, a labelled stream  stream       the product's decisions on it
figures      the stream against its labels       clustering   events against labelled events
mistakes     what went wrong, by kind            sample       alerts and near misses, to be read
messages     citizens' messages with our places  trial        may a taught model take over?
…_baselines  what the product must beat          …_report     the same as tables
"""
