"""The index on Elasticsearch: one index a month, behind a read alias for each generation.

address     the URL and what signs in          connection  requests, with their time limits
names       what each thing is called          faults      what goes wrong, in words
mapping     fields, settings, template         circuit     no waiting for a dead cluster
generations make, list, drop; months           compile     a tree as one query of the DSL
writing     documents in bulk, item by item    asking      one search request, whole answers
sums        what each day holds                searching   a page, its facets; trends
condition   whether it can be used, its room   folding     a page of stories
index       the `SearchIndex` over them        hot         words that stand out
                                               scanning    everything, from one moment
"""

from monitor.index.elastic.index import ElasticIndex

__all__ = ["ElasticIndex"]
