"""What is out of the ordinary in a load, compared with the loads before, and among the values of the hub."""
