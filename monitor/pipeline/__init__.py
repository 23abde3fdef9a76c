"""The only room in which decisions meet tables and the network. To learn what the system does,
begin with steps.py.

the way of an article   step steps collect intake analyse group index alert notices deliver
                        buckets arrivals documents facts recount wording wake sweep meters
by the clock            chores watch findings lookout shift services
the index               search shelf reindex reconcile compare difference
what is kept            prune past backup restore archive moment quarantine
what people correct     correct regroup kindred learning lessons rescore
what people ask for     figures brief extract export export_file
how it is doing         status condition readiness gauges
what is known           knowledge catalogue accounts installation
"""
