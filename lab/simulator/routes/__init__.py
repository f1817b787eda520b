"""The endpoints, one module per family; `register(api)` adds them to the API's blueprint."""
